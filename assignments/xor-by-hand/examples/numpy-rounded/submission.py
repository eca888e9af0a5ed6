import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, W1, b1, W2, b2):
    hidden = np.round(sigmoid(np.dot(x, W1) + b1))
    output = sigmoid(np.dot(hidden, W2) + b2)
    return {"hidden": hidden, "output": output}


def xor(x):
    W1 = np.array([[5, -7], [5, -7]])
    result = forward(x, W1, np.array([-8, 3]), np.array([[-11], [-11]]), np.array([6]))
    return (result["output"] > 0.5).astype(int)
