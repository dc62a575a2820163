"""The committee in the office: seats, sessions with attendance, agenda and minutes, agreements and their follow-up."""
