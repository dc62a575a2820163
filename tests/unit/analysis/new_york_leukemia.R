# The 281 census tracts of upstate New York with their leukemia cases (Waller & Gotway, Applied Spatial Statistics for
# Public Health Data, 2004; as in R's spData, public domain), for test_scan.py:
#
#     Rscript tests/unit/analysis/new_york_leukemia.R > tests/unit/analysis/new_york_leukemia.csv
#
# Centroids in degrees and whole cases, as R's smerc takes them in its tests against SaTScan.
suppressMessages(library(sf))
tracts <- st_read(system.file("shapes/NY8_utm18.shp", package = "spData"), quiet = TRUE)
places <- suppressWarnings(st_coordinates(st_transform(st_centroid(st_geometry(tracts)), 4326)))
write.csv(data.frame(longitude = round(places[, 1], 8), latitude = round(places[, 2], 8),
                     population = tracts$POP8, cases = floor(tracts$TRACTCAS)), row.names = FALSE, quote = FALSE)
