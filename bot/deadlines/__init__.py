"""What must be done at home or with one's papers by a day while somebody is abroad."""
