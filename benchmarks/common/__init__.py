"""What all benchmarks share: command line, data, baselines, processes, results and reports."""
