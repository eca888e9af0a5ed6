import numpy as np
import torch

train_images = torch.from_numpy(np.load("mnist.npz")["x_train"])

total_step = 600
batch_size = 128
learning_rate = 0.0002
n_hidden = 256
n_input = 28 * 28
n_noise = 100


def xavier_init(size):
    return (torch.randn(size) / np.sqrt(size[0] / 2.0)).requires_grad_()


G_W1 = xavier_init([n_noise, n_hidden])
G_b1 = torch.zeros(n_hidden, requires_grad=True)
G_W2 = xavier_init([n_hidden, n_input])
G_b2 = torch.zeros(n_input, requires_grad=True)

D_W1 = xavier_init([n_input, n_hidden])
D_b1 = torch.zeros(n_hidden, requires_grad=True)
D_W2 = xavier_init([n_hidden, 1])
D_b2 = torch.zeros(1, requires_grad=True)


def generator(noise_z):
    hidden = torch.relu(noise_z @ G_W1 + G_b1)
    return torch.sigmoid(hidden @ G_W2 + G_b2)


def discriminator(inputs):
    hidden = torch.relu(inputs @ D_W1 + D_b1)
    return torch.sigmoid(hidden @ D_W2 + D_b2)


def get_noise(batch_size):
    return torch.from_numpy(np.random.uniform(-1.0, 1.0, size=[batch_size, n_noise])).float()


train_D = torch.optim.Adam([D_W1, D_b1, D_W2, D_b2], lr=learning_rate)
train_G = torch.optim.Adam([G_W1, G_b1, G_W2, G_b2], lr=learning_rate)

for step in range(1, total_step + 1):
    batch_x = train_images[np.random.choice(len(train_images), batch_size)]
    noise = get_noise(batch_size)

    loss_D = -torch.mean(torch.log(discriminator(batch_x)) + torch.log(1 - discriminator(generator(noise))))
    train_D.zero_grad()
    loss_D.backward()
    train_D.step()

    loss_G = -torch.mean(torch.log(discriminator(generator(noise))))
    train_G.zero_grad()
    loss_G.backward()
    train_G.step()

    if step % 100 == 0:
        print("step", step, "D", loss_D.item(), "G", loss_G.item())
