// Programs that a model wrote, run under limits. It is no sandbox: limits keep an honest mistake from filling the disk or
// running for ever; they do not hold an attacker, who has this user's rights to all files.

import Subprocess

/// Runs Python programs, each in a process and an empty folder of its own.
package struct ProgramRunner: Sendable {
    /// Seconds until a program has failed: `code_eval`'s, which the published figures were got with.
    package var seconds = 3.0

    package init() {}

    /// Runs `program` to its end.
    /// - Returns: what went wrong, in a few words; nil: it reached its end without an exception.
    package func run(_ program: String) async throws -> String? {
        do {
            let result = try await Subprocess.run(
                .name("python3"), arguments: ["-I", "-c", Self.guardian, "\(seconds)"],
                input: .string(program), output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
            let verdict = result.standardOutput.split(separator: "\n").last.map(String.init)
            guard let verdict, case .exited(0) = result.terminationStatus else {
                throw EvaluationError(
                    .system, "the guard of the model's programs failed: \(result.standardError.suffix(300))")
            }
            return verdict == "passed" ? nil : verdict
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw EvaluationError(
                .system,
                "python3 is not installed, and tests of programs need it: sudo apt-get install python3")
        }
    }

    /// Gives the program a folder, limits, no network where the system lets it, and a time; then says how it ended.
    ///
    /// A program has passed if the process says so behind its last line: an exit in its middle is none.
    private static let guardian = #"""
        import os, select, shutil, signal, subprocess, sys, tempfile, time

        child = r'''
        import os, resource, sys
        report = os.dup(1)
        void = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2): os.dup2(void, stream)
        seconds = int(float(sys.argv[1])) + 1
        for kind, most in (("CPU", seconds), ("AS", 4 << 30), ("FSIZE", 16 << 20), ("NOFILE", 64),
                           ("NPROC", 0), ("CORE", 0)):
            number = getattr(resource, "RLIMIT_" + kind)
            hard = resource.getrlimit(number)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (most, most))
        verdict = "passed"
        try:
            exec(compile(open("program.py", encoding="utf-8").read(), "program.py", "exec"), {})
        except BaseException as error:
            verdict = "failed: " + (type(error).__name__ + ": " + str(error)).replace("\n", " ")[:200]
        os.write(report, verdict.encode("utf-8", "replace"))
        os._exit(0)
        '''
        child = "\n".join(line[8:] if line.startswith(" " * 8) else line for line in child.splitlines())
        seconds = float(sys.argv[1])
        folder = tempfile.mkdtemp(prefix="sirocco-eval-")
        try:
            with open(os.path.join(folder, "program.py"), "wb") as file: file.write(sys.stdin.buffer.read())
            command = [sys.executable, "-I", "-X", "utf8", "-c", child, sys.argv[1]]
            unshare = shutil.which("unshare")
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            if unshare and subprocess.run([unshare, "-rn", "true"], **quiet).returncode == 0:
                command = [unshare, "-rn"] + command
            process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, start_new_session=True,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": folder, "TMPDIR": folder})
            # Time for the interpreter to start is not the program's.
            end, verdict = time.monotonic() + seconds + 1, b""
            while True:
                left = end - time.monotonic()
                if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                    verdict = b"failed: out of time"
                    break
                piece = os.read(process.stdout.fileno(), 4096)
                if not piece: break
                verdict = (verdict + piece)[-4096:]
            try: os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError: pass
            process.wait()
            print(verdict.decode("utf-8", "replace") or "failed: the process ended early")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        """#
}
