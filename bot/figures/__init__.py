"""What statistics need and no roster of people says: intake, targets, partner tags, papers, visits online."""
