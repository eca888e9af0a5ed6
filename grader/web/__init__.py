"""What faces the public: pages, API and the queue's database. It imports no torch, no docker, no reference and no worker."""
