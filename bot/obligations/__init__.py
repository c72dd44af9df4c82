"""What a member of a branch owes it by rule, and when: study reports, contact, and the request after the return."""
