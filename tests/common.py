"""What several test modules share."""

# Parameters with which a fit takes a moment.
FAST = {
    "hidden_layer_sizes": (16,),
    "n_members": 2,
    "epochs": 5,
    "batch_size": 32,
    "random_state": 0,
}
