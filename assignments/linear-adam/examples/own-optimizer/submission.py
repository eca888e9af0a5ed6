import math

import torch


class Adam:
    """As Keras writes it: the corrections go into the rate, epsilon is added to the uncorrected root."""

    def __init__(self, params, lr, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.params, self.lr = params, lr
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.m = [torch.zeros_like(p) for p in params]
        self.v = [torch.zeros_like(p) for p in params]
        self.iterations = 0

    def apply(self, grads):
        self.iterations += 1
        t = self.iterations
        alpha = self.lr * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        for i, g in enumerate(grads):
            self.m[i] += (g - self.m[i]) * (1 - self.beta_1)
            self.v[i] += (g * g - self.v[i]) * (1 - self.beta_2)
            self.params[i] -= alpha * self.m[i] / (torch.sqrt(self.v[i]) + self.epsilon)


def predict(x, W, b):
    return x @ W + b


def train(x, y, W, b, lr=0.001, steps=1000):
    params = [W.clone(), b.clone()]
    opt = Adam(params, lr)
    history = []
    for _ in range(steps):
        e = predict(x, *params) - y
        history.append((e**2).mean())
        opt.apply([2 * (e * x).mean().reshape(1, 1), 2 * e.mean().reshape(1)])
    return params[0], params[1], history
