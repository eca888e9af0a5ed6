import torch
from torch import nn

x_train = torch.FloatTensor([[1], [2], [3]])
y_train = torch.FloatTensor([[1], [2], [3]])

model = nn.Linear(1, 1)
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.MSELoss()

nb_epochs = 1000
for epoch in range(nb_epochs):
    prediction = model(x_train)
    cost = criterion(prediction, y_train)

    optimizer.zero_grad()
    cost.backward()
    optimizer.step()

    if epoch % 100 == 0:
        print(f"Epoch {epoch:4d}/{nb_epochs} Cost: {cost.item():.6f}")

print(list(model.parameters()))
print(model(torch.FloatTensor([[4]])))
