//! Prints $y$ hashes of its first argument by the pure Rust implementation: of its own cost where there is a second argument, and of low ones.

use std::io::Read;
use yescrypt::{CustomizedPasswordHasher, Mode, Params, Yescrypt};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // The flavour that crypt(3) makes, in one lane.
    let mut costs = vec![(1 << 8, 8), (1 << 6, 4)].into_iter().map(|(n, r)| Params::new(Mode::Rw, n, r, 1).expect("valid parameters")).collect::<Vec<_>>();
    if arguments.len() > 2 {
        costs.push(Params::default());
    }

    for cost in costs {
        let mut salt = [0u8; 16];
        std::fs::File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut salt)).expect("a salt");
        let hash = Yescrypt::default().hash_password_customized(arguments[1].as_bytes(), &salt, None, None, cost).expect("a hash");
        println!("{}", hash.as_str());
    }
}
