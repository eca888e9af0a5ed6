"""What runs in the box beside student code: standard library, numpy and the framework; it knows no answer."""
