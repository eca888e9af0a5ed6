def fires(x1, x2, w1, w2, w0):
    total = w0 * 1 + w1 * x1 + w2 * x2
    if total > 0:
        return 1
    return 0


def unit(x, w, w0):
    return [fires(x1, x2, w[0], w[1], w0) for x1, x2 in x]


def and_gate(x):
    return unit(x, [0.5, 0.5], -0.7)


def or_gate(x):
    return unit(x, [0.5, 0.5], -0.2)
