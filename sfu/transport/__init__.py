"""One UDP port for everybody: ICE-lite, DTLS and SRTP told apart, and handed to their transport."""
