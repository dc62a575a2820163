"""The plan in the office: how it stands, one measure, its edits, its evidence, its gates, and its workbook."""
