import numpy as np
import torch

x_train = torch.tensor([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
y_train = torch.tensor([[10.0], [20.0], [30.0]])

W = torch.tensor(np.random.randn(), dtype=torch.float32, requires_grad=True)
b = torch.tensor(np.random.randn(), dtype=torch.float32, requires_grad=True)


def linear_regression(x):
    return W * x + b


def mean_square(y_pred, y_true):
    return torch.mean(torch.square(y_pred - y_true))


for step in range(1, 2001):
    optimizer = torch.optim.SGD([W, b], lr=0.01)
    optimizer.zero_grad()
    loss = mean_square(linear_regression(x_train), y_train)
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        pred = linear_regression(x_train)
        loss = mean_square(pred, y_train)
        print(f"step: {step}, loss: {loss:f}, W: {W.item():f}, b: {b.item():f}")
