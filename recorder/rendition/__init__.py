"""The viewing copy: one MP4 of a sealed recording, drawn anew for watching. The segments stay the master."""
