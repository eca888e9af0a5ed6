import numpy as np

x = np.array([1.0, 2.0, 3.0])
y = np.array([1.0, 2.0, 3.0])


class Dense:
    """One unit with one input, started as Keras starts it."""

    def __init__(self):
        limit = np.sqrt(6 / (1 + 1))
        self.W = np.random.uniform(-limit, limit)
        self.b = 0.0

    def __call__(self, x):
        return self.W * x + self.b

    def fit(self, x, y, epochs, alpha=0.001, beta1=0.9, beta2=0.999, eps=1e-7):
        history, m, v = [], np.zeros(2), np.zeros(2)
        for t in range(1, epochs + 1):
            error = self(x) - y
            g = np.array([2 * np.mean(error * x), 2 * np.mean(error)])
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            step = alpha * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
            self.W, self.b = self.W - step[0], self.b - step[1]
            history.append(np.mean((self(x) - y) ** 2))
        return history


model = Dense()
history = model.fit(x, y, epochs=1000)
print("weights:", model.W, model.b)
print("prediction at 4:", model(4.0))
