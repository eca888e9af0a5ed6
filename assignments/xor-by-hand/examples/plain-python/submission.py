import math


def unit(inputs, weights, w0):
    z = w0 + sum(w * x for w, x in zip(weights, inputs))
    return 1 / (1 + math.exp(-z))


def forward(x, W1, b1, W2, b2):
    hidden, output = [], []
    for row in x:
        answers = [unit(row, [W1[0][j], W1[1][j]], b1[j]) for j in range(2)]
        hidden.append(answers)
        output.append([unit(answers, [W2[0][0], W2[1][0]], b2[0])])
    return hidden, output


def xor(x):
    answers = []
    for x1, x2 in x:
        a = round(unit([x1, x2], [5, 5], -8))
        b = round(unit([x1, x2], [-7, -7], 3))
        answers.append(round(unit([a, b], [-11, -11], 6)))
    return answers
