"""Charts of the released figures: one theme, one file a kind of chart, one catalogue of which charts an edition has."""
