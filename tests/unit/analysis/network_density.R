# Densities along streets by R's spatstat.linnet, for test_network_density.py:
#
#     Rscript tests/unit/analysis/network_density.R > tests/unit/analysis/network_density.json
#
# A small town of crooked blocks with a dead end, a triangle and a far street of its own; twelve events. Of the
# pixels on the streets 80 are kept.
suppressMessages({
  library(spatstat.linnet)
  library(jsonlite)
})

nodes <- rbind(c(0, 0), c(100, 10), c(210, 0), c(0, 90), c(110, 100), c(205, 95), c(10, 190), c(100, 205),
               c(300, 50), c(290, 160), c(400, 55), c(600, 600), c(700, 650))
segments <- rbind(c(1, 2), c(2, 3), c(1, 4), c(2, 5), c(3, 6), c(4, 5), c(5, 6), c(4, 7), c(5, 8), c(7, 8), c(3, 9),
                  c(6, 9), c(6, 10), c(9, 10), c(9, 11), c(12, 13))
events <- data.frame(seg = c(1, 1, 2, 4, 5, 7, 7, 9, 12, 14, 15, 16),
                     tp = c(0.2, 0.7, 0.5, 0.95, 0.1, 0.33, 0.34, 0.8, 0.5, 0.6, 0.9, 0.25))

window <- owin(c(-50, 800), c(-50, 800))
town <- linnet(ppp(nodes[, 1], nodes[, 2], window), edges = segments)
happened <- as.lpp(seg = events$seg, tp = events$tp, L = town)
told <- function(image) {
  all <- attr(image, "df")
  some <- all[round(seq(1, nrow(all), length.out = 80)), ]
  list(segment = as.integer(some$mapXY) - 1L, share = some$tp, value = signif(some$values, 8))
}
split <- function(kernel, sd) {
  told(densityEqualSplit(happened, sd, kernel = kernel, continuous = TRUE, epsilon = 1e-9, verbose = FALSE))
}
# spatstat's bandwidth is the kernel's standard deviation: of a kernel that reaches R it is R / sqrt(5) or R / sqrt(7).
cat(toJSON(list(
  made_by = paste("spatstat.linnet", packageVersion("spatstat.linnet"), R.version.string),
  nodes = nodes, segments = segments - 1, event_segment = events$seg - 1, event_share = events$tp,
  epanechnikov_120 = split("epanechnikov", 120 / sqrt(5)),
  quartic_150 = split("biweight", 150 / sqrt(7)),
  heat_30 = told(densityHeat(happened, 30, finespacing = TRUE, iterMax = 1e7, dx = 0.5))
), digits = 10, auto_unbox = TRUE))
