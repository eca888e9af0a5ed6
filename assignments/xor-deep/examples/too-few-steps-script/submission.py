import torch

torch.manual_seed(777)
X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
Y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)

W1 = torch.randn(2, 10, requires_grad=True)
b1 = torch.randn(10, requires_grad=True)
W2 = torch.randn(10, 5, requires_grad=True)
b2 = torch.randn(5, requires_grad=True)
W3 = torch.randn(5, 8, requires_grad=True)
b3 = torch.randn(8, requires_grad=True)
W4 = torch.randn(8, 1, requires_grad=True)
b4 = torch.randn(1, requires_grad=True)

optimizer = torch.optim.SGD([W1, b1, W2, b2, W3, b3, W4, b4], lr=0.1)

for step in range(2000):
    layer1 = torch.sigmoid(X @ W1 + b1)
    layer2 = torch.sigmoid(layer1 @ W2 + b2)
    layer3 = torch.sigmoid(layer2 @ W3 + b3)
    hypothesis = torch.sigmoid(layer3 @ W4 + b4)
    cost = -torch.mean(Y * torch.log(hypothesis) + (1 - Y) * torch.log(1 - hypothesis))
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if step % 2000 == 0:
        print(step, cost.item())

predicted = (hypothesis > 0.5).float()
accuracy = (predicted == Y).float().mean()
print("Hypothesis:", hypothesis.detach().numpy(), "Correct:", predicted.numpy(), "Accuracy:", accuracy.item())
