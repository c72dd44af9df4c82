"""Talks of a student 谈心 with somebody who looks after her, offered and booked; and what is asked after a stay."""
