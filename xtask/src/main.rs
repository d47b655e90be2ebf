//! Generators and checks of the workspace. `make` calls them; `cargo xtask` lists them.

#![forbid(unsafe_code)]

mod abi_program;
mod api;
mod c_text;
mod coverage;
mod declarations;
mod documentation;
mod exports;
mod features;
mod generated;
mod headers;
mod introduction;
mod layout;
mod licences;
mod linked_crates;
mod manual;
mod model;
mod null_calls;
mod picture;
mod prose;
mod reference;
mod related;
mod rules;
mod sbom;
mod sizes;
mod symbols;
mod task_cases;
mod task_examples;
mod task_page;
mod task_words;
mod tasks_cpp;
mod tasks_header;
mod twins;
mod version_script;
mod workspace;
mod wrapper;

use std::path::Path;
use std::process::ExitCode;

use workspace::{Result, Workspace};

const USAGE: &str = "\
usage: cargo xtask COMMAND
  headers [--check]   write include/filestack/filestack.h, docs/api.json, abi/filestack.map and the symbols file of
                      debian/, or fail when they are not what src/ says
  generate [--check]  write what is made from catalogue/tasks.toml, or fail when it is stale
  task-examples OUT.c write a C program that runs the lines of docs/transformations.md
  null-calls OUT.c    write a C program that calls every function of the header with NULL
  abi-program H OUT.c write the interface of a header as a C library of empty functions
  symbols DIR         compare what the libraries that ship show to others with what the header declares
  rules               check the rules of the code that compilers and clippy do not know
  features [--check]  write xtask/features.txt, or fail when the library would be compiled with other features
  wrapper             check that filestack.hpp reaches every function of the header
  coverage [--check]  write docs/reference-coverage.md, or fail when it is stale or names what does not exist
  picture OUT.png     draw the picture that the examples upload
  manual FOLDER       write the manual pages of the library to FOLDER/man3 and FOLDER/man7
  manual --check      check that they can be made, and that filestack-local.1 has the program's options
  reference OUT.html  write the reference of the library, one file for browsers
  licences [--debian] OUT
                      write the licences of all that is linked into the library, as texts or as debian/copyright
  sbom OUT.json       write a bill of materials of the library in the format of CycloneDX
  sizes LIB           print how many bytes each crate has in a library with symbols";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let workspace = Workspace::here();
    match arguments {
        ["headers"] => headers::write(&workspace),
        ["headers", "--check"] => headers::check(&workspace),
        ["generate"] => generated::write(&workspace),
        ["generate", "--check"] => generated::check(&workspace),
        ["task-examples", out] => task_examples::write(&workspace, Path::new(out)),
        ["null-calls", out] => null_calls::write(&workspace, Path::new(out)),
        ["abi-program", header, out] => abi_program::write(Path::new(header), Path::new(out)),
        ["symbols", folder] => symbols::check(&workspace, Path::new(folder)),
        ["coverage"] => coverage::write(&workspace),
        ["coverage", "--check"] => coverage::check(&workspace),
        ["wrapper"] => wrapper::check(&workspace),
        ["rules"] => rules::check(&workspace),
        ["features"] => features::write(&workspace),
        ["features", "--check"] => features::check(&workspace),
        ["picture", out] => picture::write(Path::new(out)),
        ["manual", "--check"] => manual::check(&workspace),
        ["manual", folder] => manual::write(&workspace, Path::new(folder)),
        ["reference", out] => reference::write(&workspace, Path::new(out)),
        ["licences", "--debian", out] => licences::write_debian(&workspace, Path::new(out)),
        ["licences", out] => licences::write(&workspace, Path::new(out)),
        ["sbom", out] => sbom::write(&workspace, Path::new(out)),
        ["sizes", library] => sizes::print(&workspace, Path::new(library)),
        _ => Err(USAGE.into()),
    }
}
