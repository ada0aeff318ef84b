"""Media plane: ICE-lite and DTLS-SRTP on one UDP port, RTP forwarding, quality control."""
