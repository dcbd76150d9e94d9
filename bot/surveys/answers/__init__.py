"""What people do who are asked: the forms, one question after the other, changing, and why they are asked."""
