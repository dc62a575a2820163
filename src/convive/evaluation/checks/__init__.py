"""Ways of refuting an effect, one file each: the same design where there can be no effect, or without a part of the
data. A check takes the design as a function and returns placebos and a diagnostic."""
