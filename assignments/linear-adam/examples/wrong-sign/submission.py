import numpy as np


def predict(x, W, b):
    return x.dot(W) + b


def train(x, y, W, b, lr=0.001, steps=1000):
    beta1, beta2, eps = 0.9, 0.999, 1e-7
    m_W, v_W, m_b, v_b = 0.0, 0.0, 0.0, 0.0
    costs = []
    for t in range(1, steps + 1):
        error = predict(x, W, b) - y
        costs.append(np.mean(error**2))
        grad_W = 2 * x.T.dot(error) / len(x)
        grad_b = 2 * np.mean(error)
        m_W = beta1 * m_W + (1 - beta1) * grad_W
        v_W = beta2 * v_W + (1 - beta2) * grad_W**2
        m_b = beta1 * m_b + (1 - beta1) * grad_b
        v_b = beta2 * v_b + (1 - beta2) * grad_b**2
        W = W + lr * (m_W / (1 - beta1**t)) / (np.sqrt(v_W / (1 - beta2**t)) + eps)
        b = b + lr * (m_b / (1 - beta1**t)) / (np.sqrt(v_b / (1 - beta2**t)) + eps)
    return W, b, costs
