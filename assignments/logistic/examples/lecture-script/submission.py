import torch

x_data = [[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]]
y_data = [[0], [0], [0], [1], [1], [1]]
X = torch.tensor(x_data, dtype=torch.float32)
Y = torch.tensor(y_data, dtype=torch.float32)

W = torch.randn(2, 1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
optimizer = torch.optim.SGD([W, b], lr=0.01)

for step in range(10001):
    hypothesis = torch.sigmoid(torch.matmul(X, W) + b)
    cost = -torch.mean(Y * torch.log(hypothesis) + (1 - Y) * torch.log(1 - hypothesis))
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if step % 200 == 0:
        print(step, cost.item())

hypothesis = torch.sigmoid(torch.matmul(X, W) + b)
predicted = (hypothesis > 0.5).float()
accuracy = (predicted == Y).float().mean()
print("Hypothesis:", hypothesis, "Correct (Y):", predicted, "Accuracy:", accuracy)
