import random

x = [[1, 1], [2, 2], [3, 3]]
y = [[10], [20], [30]]
pairs = [(xi, yi) for row, (yi,) in zip(x, y) for xi in row]

random.seed(5)
w, b = random.gauss(0, 1), random.gauss(0, 1)
for epoch in range(2001):
    errors = [w * xi + b - yi for xi, yi in pairs]
    cost = sum(e * e for e in errors) / len(pairs)
    w -= 0.01 * 2 * sum(e * xi for e, (xi, _) in zip(errors, pairs)) / len(pairs)
    b -= 0.01 * 2 * sum(errors) / len(pairs)
