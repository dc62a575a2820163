"""Open311 GeoReport v2: how requests are read and answers written. https://wiki.open311.org/GeoReport_v2/"""
