"""Who looks after a student for a while in place of her counsellor, and until when."""
