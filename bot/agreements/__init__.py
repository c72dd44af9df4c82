"""What a student and somebody who looks after her have agreed: short notes that both of them see."""
