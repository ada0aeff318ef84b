"""What a citizen reception is: points, cases, receptions, room rules, deadlines, evidence. Pure."""
