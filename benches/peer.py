#!/usr/bin/env python3
"""Runs `corrigenda simulate` and the NumPy peer in turn on the same parameters and prints how much faster we are.

usage: benches/peer.py [BINARY] [PEER]      defaults: target/release/corrigenda, ../shared/bench/peer_numpy.py

Both sides are timed as whole processes, so our start-up and NumPy's import are included; the peer's own clock, which
leaves the import out, is printed beside it. The sides alternate, and the best of the rounds counts.
"""
import json
import subprocess
import sys
import time

ROUNDS = 3
# peer workload, its parameters, our experiment, its parameters, replicates, least acceptable ratio
WORKLOADS = [
    ("hebbian", "N=2000 alpha=0.12 samples=10", "hebbian-retrieval", "N=2000 alpha=0.12 probes=240", 10, 4),
    ("projector", "N=1000 alpha=0.5 samples=10", "projector-rule", "N=1000 alpha=0.5 probes=1", 10, 1),
    ("wopt", "d=200 n=400 t=0.5 mc=20000 samples=10", "denoising-least-squares", "d=200 n=400 t=0.5 exponent=0 mc=20000", 10, 1),
    ("ols", "d=100 T=300 sigma=1.0 samples=2000", "least-squares", "d=100 n=300 sigma=1", 2000, 1),
    ("wiener", "d=256 sigma=0.7 n=40000 samples=5", "wiener-filter", "d=256 sigma=0.7 exponent=2 batch=2000", 100, 4),
    ("cloning", "d=1024 m=1.0 sigma=1.0 trajectories=400 steps=200", "cloning", "d=1024 m=1 sigma=1 target=0 trajectories=400 points=10 from=-2.8 to=3.4 step=0.035", 1, 4),
    ("collapse", "d=20 n=100000 sigma=1.0 t=0.2 probes=500", "collapse-posterior", "d=20 n=100000 sigma=1 t=0.2 probes=500", 1, 4),
]


def timed(command):
    start = time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} failed with {run.returncode}:\n{run.stderr}")
    return seconds, run.stdout


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else "target/release/corrigenda"
    peer = sys.argv[2] if len(sys.argv) > 2 else "../shared/bench/peer_numpy.py"
    print(f"{'workload':<12}{'ours (s)':>10}{'NumPy (s)':>11}{'its clock':>11}{'ratio':>8}{'wanted':>8}")
    missed = False
    for name, theirs, experiment, parameters, replicates, wanted in WORKLOADS:
        ours_command = [binary, "simulate", experiment, "--replicates", str(replicates)]
        for pair in parameters.split():
            ours_command += ["-p", pair]
        peer_command = [sys.executable, peer, name, *theirs.split()]
        ours, numpy, clock = [], [], []
        for _ in range(ROUNDS):
            ours.append(timed(ours_command)[0])
            seconds, out = timed(peer_command)
            numpy.append(seconds)
            clock.append(json.loads(out)["seconds"])
        # The peer's own clock is the harder opponent: no interpreter start, no import.
        ratio = min(clock) / min(ours)
        missed |= ratio < wanted
        mark = "" if ratio >= wanted else "  <-- too slow"
        print(f"{name:<12}{min(ours):>10.2f}{min(numpy):>11.2f}{min(clock):>11.2f}{ratio:>8.1f}{wanted:>8}{mark}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
