import numpy as np
import torch

torch.manual_seed(777)
xy = np.loadtxt('data-diabetes.csv', delimiter=',', dtype=np.float32)
x_data = torch.from_numpy(xy[:, 0:-1])
y_data = torch.from_numpy(xy[:, [-1]])

W = torch.randn(8, 1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
optimizer = torch.optim.SGD([W, b], lr=0.01)

for step in range(10001):
    hypothesis = torch.sigmoid(torch.matmul(x_data, W) + b)
    cost = -torch.mean(y_data * torch.log(hypothesis) + (1 - y_data) * torch.log(1 - hypothesis))
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if step % 1000 == 0:
        print(step, cost.item())

predicted = (hypothesis > 0.5).float()
accuracy = (predicted == y_data).float().mean()
print("Accuracy:", accuracy.item(), "last classes:", predicted[-7:].flatten())
