"""Small experiments behind the lessons: each trains or measures something and returns a table or a dataclass."""
