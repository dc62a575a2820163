"""Forms that neighbours fill in on a telephone (XLSForm, for KoboToolbox and ODK): what they may not ask, and reading
what comes back."""
