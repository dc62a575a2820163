"""What everybody sees: thin views, templates, one style sheet."""
