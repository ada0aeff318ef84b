"""Who is in a room and what they send and get: Room, Participant, Uplink, Downlink, tracks."""
