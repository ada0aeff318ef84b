"""RTP to segments to a sealed recording."""
