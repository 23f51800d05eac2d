#!/usr/bin/python3
"""Prints the coefficients of src/compute/vmath.h and src/compute/math.c, and the error of each fit.

This is a tool for maintainers.  It needs python3-mpmath, takes about a minute, and is not part of the build.

Every fit is a weighted least-squares fit of the relative error on Chebyshev points, made nearly minimax
by Lawson's weights (C. L. Lawson, 1961): each round multiplies a point's weight by its error.  A rational
function is fitted by the same rounds with the denominator of the round before (Sanathanan & Koerner,
IEEE Trans. Automatic Control 8, 1963).  The coefficients of polynomials are rounded to the working
precision one after the other, lowest power first, and those not yet rounded are fitted again, so that
they take up the error of the rounding.  Those of rational functions are all positive, so that rounding
and Horner's rule cost little.
"""
from mpmath import atanh, cos, erf, erfc, exp, expm1, log, lu_solve, matrix, mp, mpf, pi, sin, sqrt, tanh

mp.dps = 80


def rounded(value, digits):
    """value with digits binary digits of mantissa."""
    with mp.workprec(digits):
        return +mpf(value)


def hexadecimal(value, digits):
    mantissa, exponent = float(rounded(value, digits)).hex().split("p")
    return mantissa.rstrip("0").rstrip(".") + "p" + exponent


def horner(coefficients, x):
    result = mpf(0)
    for c in reversed(coefficients):
        result = result * x + c
    return result


def chebyshev(low, high, count):
    """Points of [low, high], dense at both ends as the extrema of an error are."""
    return [(low + high) / 2 - (high - low) / 2 * cos(pi * (i + mpf(1) / 2) / count) for i in range(count)]


def least_squares(rows, goal, weights):
    """The vector c with the least sum of w·(row·c - goal)^2, by the normal equations (80 digits suffice)."""
    size = len(rows[0])
    system, right = matrix(size, size), matrix(size, 1)
    for row, g, w in zip(rows, goal, weights):
        for i in range(size):
            scaled = w * row[i]
            right[i] += scaled * g
            for j in range(i + 1):
                system[i, j] += scaled * row[j]
    for i in range(size):
        for j in range(i):
            system[j, i] = system[i, j]
    return list(lu_solve(system, right))


def lawson(fit, error, count, rounds):
    """The best of some rounds of fit(weights), where error(result) lists the errors at count points."""
    weights = [mpf(1)] * count
    best, best_error = None, None
    for _ in range(rounds):
        result = fit(weights)
        errors = [abs(e) for e in error(result)]
        top = max(errors)
        if best is None or top < best_error:
            best, best_error = result, top
        # The floor keeps a point that happens to be exact from being forgotten.
        weights = [w * (e / top + mpf("1e-3")) for w, e in zip(weights, errors)]
        total = sum(weights)
        weights = [w * count / total for w in weights]
    return best, best_error


def polynomial(name, target, weight, degree, low, high, digits):
    """Prints c with the least weight·(Σ c_i x^i - target), each c_i rounded."""
    points = chebyshev(mpf(low), mpf(high), 10 * (degree + 1))
    scale = [weight(x) for x in points]
    goal = [target(x) * s for x, s in zip(points, scale)]
    done = []
    while len(done) <= degree:
        rows = [[s * x ** i for i in range(len(done), degree + 1)] for x, s in zip(points, scale)]
        left = [g - s * horner(done, x) for x, g, s in zip(points, goal, scale)]
        coefficients, _ = lawson(
            lambda w: least_squares(rows, left, w),
            lambda c: [sum(r * a for r, a in zip(row, c)) - l for row, l in zip(rows, left)], len(points), 15)
        done.append(rounded(coefficients[0], digits))
    worst = max(abs(weight(x) * (horner(done, x) - target(x))) for x in chebyshev(mpf(low), mpf(high), 1000))
    show(name, done, digits)
    print(f"  error 2^{float(log(worst, 2)):.2f} on [{float(low):.6g}, {float(high):.6g}]\n")


def rational(name, target, weight, r_degree, n_degree, reach, digits):
    """Prints R and N, N(0) = 1 and R(0) exact, with the least weight·(R/N - target) on [0, reach]; the
    points are Chebyshev's in a/(a + 2), where the function has no long tail."""
    top = reach / (reach + 2)

    def spread(count):
        return [2 * u / (1 - u) for u in chebyshev(mpf(0), top, count)]

    points = spread(24 * n_degree)
    goal = [target(x) for x in points]
    scale = [weight(x) for x in points]
    first = target(mpf(0))
    state = {"n": [mpf(1)]}

    def fit(weights):
        for _ in range(3):
            below = [s / horner(state["n"], x) for x, s in zip(points, scale)]
            rows = [[x ** i * b for i in range(1, r_degree + 1)] +
                    [-x ** i * b * g for i in range(1, n_degree + 1)] for x, g, b in zip(points, goal, below)]
            c = least_squares(rows, [b * (g - first) for g, b in zip(goal, below)], weights)
            state["n"] = [mpf(1)] + c[r_degree:]
        return [first] + c[:r_degree], state["n"]

    def errors(rn, xs, values, scales):
        return [(horner(rn[0], x) / horner(rn[1], x) - g) * s for x, g, s in zip(xs, values, scales)]

    (r, n), _ = lawson(fit, lambda rn: errors(rn, points, goal, scale), len(points), 8)
    r, n = ([rounded(c, digits) for c in cs] for cs in (r, n))
    check = spread(1000)
    worst = max(map(abs, errors((r, n), check, [target(x) for x in check], [weight(x) for x in check])))
    show(name + " R", r, digits)
    show(name + " N", n, digits)
    print(f"  error 2^{float(log(worst, 2)):.2f} on [0, {float(reach):g}], all positive: {min(r + n) > 0}\n")


def show(name, coefficients, digits):
    suffix = "F" if digits == 24 else ""
    print(f"{name} ({'float' if digits == 24 else 'double'}):")
    for c in coefficients:
        print("   ", hexadecimal(c, digits) + suffix + ",")


def split(name, value, high_digits, digits):
    high = rounded(value, high_digits)
    print(f"{name}: {hexadecimal(high, digits)} + {hexadecimal(value - high, digits)}\n")


def hazard(a, density_0):
    """phi(a)/Phi(-a), the inverse of Mills' ratio, with density_0 for phi(0)."""
    return density_0 * exp(-a * a / 2) / (erfc(a / sqrt(mpf(2))) / 2)


def vector_functions(digits, exp_degree, tanh_degree, log1p_degree, erf_degree, tail_degrees, tail_reach):
    ln2 = log(mpf(2))
    reach = ln2 / 2 * mpf("1.0001")
    # e^r = 1 + r + r^2·Q(r).  The weight is the larger of the relative errors of e^r and of e^r - 1.
    polynomial("exp Q", lambda r: (expm1(r) - r) / r ** 2, lambda r: r * r / min(exp(r), abs(expm1(r))),
               exp_degree, -reach, reach, digits)
    split("ln 2", ln2, digits - (8 if digits == 24 else 11), digits)
    print("1/ln 2:", hexadecimal(1 / ln2, digits), "\n")
    # tanh(x) = x + x^3·T(x^2)
    polynomial("tanh T", lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z, lambda z: z * sqrt(z) / tanh(sqrt(z)),
               tanh_degree, 0, mpf("0.3025"), digits)
    # log(1 + u) = 2s + s^3·L(s^2), s = u/(2 + u) up to 1/3
    polynomial("log1p L", lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z,
               lambda z: z * sqrt(z) / (2 * atanh(sqrt(z))),
               log1p_degree, 0, mpf(1) / 9 * mpf("1.0001"), digits)
    # erf(x) = x + x·E(x^2)
    polynomial("erf E", lambda z: erf(sqrt(z)) / sqrt(z) - 1, lambda z: sqrt(z) / erf(sqrt(z)),
               erf_degree, 0, 1, digits)
    # phi(a)/Phi(-a) = a + R(a)/N(a); the weight makes it the relative error of the whole.  phi(0) is as
    # rounded in the code, so that its rounding is made up for and R(0)/N(0) = 2·phi(0) exactly.
    density_0 = rounded(1 / sqrt(2 * pi), digits)
    print("phi(0):", hexadecimal(density_0, digits), "\n")
    rational("tail", lambda a: hazard(a, density_0) - a, lambda a: 1 / hazard(a, density_0), *tail_degrees,
             mpf(tail_reach), digits)


def scalar_functions():
    # log((1 + s)/(1 - s)) = 2s + s^3·L(s^2), s up to (√2 - 1)/(√2 + 1)
    s_max = (sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)
    polynomial("log L", lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z, lambda z: z, 6, 0,
               s_max ** 2 * mpf("1.0001"), 53)
    # sin(2πr) = r·(2π + r^2·S(r^2)) and cos(2πr) = 1 + r^2·C(r^2), r up to 1/8
    split("2 pi", 2 * pi, 53, 53)
    polynomial("sin S", lambda z: (sin(2 * pi * sqrt(z)) / sqrt(z) - 2 * pi) / z, lambda z: z / 4, 5, 0,
               mpf(1) / 64, 53)
    polynomial("cos C", lambda z: (cos(2 * pi * sqrt(z)) - 1) / z, lambda z: z, 6, 0, mpf(1) / 64, 53)


if __name__ == "__main__":
    vector_functions(24, 4, 4, 4, 6, (4, 4), "13")
    vector_functions(53, 9, 9, 9, 12, (10, 10), "37.6")
    scalar_functions()
