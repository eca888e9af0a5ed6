import math


def mse(h, y):
    return sum((float(a[0]) - float(b[0])) ** 2 for a, b in zip(h, y)) / len(h)


def gradient_step(x, y, W, b, lr):
    w, c, m = float(W[0][0]), float(b[0]), len(x)
    errors = [w * float(a[0]) + c - float(t[0]) for a, t in zip(x, y)]
    dw = 2 / m * sum(e * float(a[0]) for e, a in zip(errors, x))
    return w - lr * dw, c - lr * 2 / m * sum(errors)


def sigmoid(z):
    return [[1 / (1 + math.exp(-float(v))) for v in row] for row in z]


def logistic_cost(h, y):
    return sum(-math.log(float(a[0])) if float(t[0]) == 1 else -math.log(1 - float(a[0])) for a, t in zip(h, y)) / len(h)


def softmax(z):
    rows = []
    for row in z:
        top = max(float(v) for v in row)
        e = [math.exp(float(v) - top) for v in row]
        rows.append([v / sum(e) for v in e])
    return rows


def cross_entropy(p, y):
    return -sum(float(t) * math.log(float(v)) for row, hot in zip(p, y) for v, t in zip(row, hot)) / len(p)


def one_hot(labels, classes):
    return [[float(int(label) == k) for k in range(classes)] for label in labels]


def argmax(p):
    return [max(range(len(row)), key=lambda k: row[k]) for row in p]
