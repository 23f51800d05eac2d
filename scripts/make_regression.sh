#!/usr/bin/env bash
# Writes configs/data/regression.csv, a table of a hydraulic line and a sliding seal, as a simulation would give it.
# usage: scripts/make_regression.sh [ROWS] > configs/data/regression.csv
#
# Inputs                              Outputs
#   temperature  30 … 70     °C         pressure_drop  Pa, about 1e5: laminar friction in the line and its bends
#   flow         10 … 40     L/min      leakage        m³/s, about 1e-6: through the annular gap of the seal
#   diameter     12 … 20     mm         reynolds       1, about 1e3: of the flow in the line
#   length        2 … 6      m
#   gap          15 … 30     µm
#   pressure     50 … 200    bar
#
# The bytes are the same on every machine whose awk has IEEE doubles: the numbers come from a Lehmer generator, not
# from awk's rand().
set -eu
export LC_ALL=C

awk -v rows="${1:-2000}" '
function uniform(low, high) {
    state = (16807 * state) % 2147483647
    # Inputs are rounded as they are printed, so that the outputs belong to the printed inputs.
    return sprintf("%.4g", low + (high - low) * state / 2147483647) + 0
}
BEGIN {
    pi = 3.14159265358979
    density = 860          # kg/m³, a mineral oil
    bends = 3              # loss coefficient of the bends
    bore = 0.05            # m, diameter of the seal
    land = 0.04            # m, length of the seal
    state = 20240607
    for (i = 0; i < 10; i++) uniform(0, 1)
    print "temperature,flow,diameter,length,gap,pressure,pressure_drop,leakage,reynolds"
    for (row = 0; row < rows; row++) {
        t = uniform(30, 70); q = uniform(10, 40); d = uniform(12, 20)
        l = uniform(2, 6); h = uniform(15, 30); p = uniform(50, 200)
        viscosity = 0.04 * exp(-0.03 * (t - 40))                        # Pa s
        flow = q / 60000; diameter = d / 1000; gap = h * 1e-6           # m³/s, m, m
        velocity = flow / (pi / 4 * diameter * diameter)                # m/s
        drop = 32 * viscosity * l * velocity / (diameter * diameter) + bends * density / 2 * velocity * velocity
        leakage = pi * bore * gap * gap * gap * p * 1e5 / (12 * viscosity * land)
        reynolds = density * velocity * diameter / viscosity
        printf "%.4g,%.4g,%.4g,%.4g,%.4g,%.4g,%.6g,%.6g,%.6g\n", t, q, d, l, h, p, drop, leakage, reynolds
    }
}'
