"""Packets of one participant for whoever looks for a fault: headers only, cut before they leave the node."""
