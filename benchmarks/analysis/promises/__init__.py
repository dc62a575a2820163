"""What methods promise, held by ``calibration.py``: a file a question that the methods answer."""
