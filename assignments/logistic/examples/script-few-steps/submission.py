import torch

torch.manual_seed(1)
x = torch.FloatTensor([[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]])
y = torch.FloatTensor([[0], [0], [0], [1], [1], [1]])
W = torch.randn(2, 1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
optimizer = torch.optim.SGD([W, b], lr=0.01)
for step in range(1001):
    hypothesis = torch.sigmoid(x @ W + b)
    cost = torch.nn.functional.binary_cross_entropy(hypothesis, y)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
