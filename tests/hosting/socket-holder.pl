# Holds a listening socket and keeps one process of a program on it, as systemd does:
#   perl socket-holder.pl SOCKET PROGRAM
# Says "started PID" for each process. On SIGTERM it ends the program, and then itself.
use strict;
use warnings;
use POSIX ();
use Socket;

my ($path, $program) = @ARGV;
socket(my $listener, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
unlink $path;
bind($listener, pack_sockaddr_un($path)) or die "bind: $!";
listen($listener, 511) or die "listen: $!";
chmod 0660, $path;
$| = 1;

my ($child, $stopping);
$SIG{TERM} = sub {
    $stopping = 1;
    kill 'TERM', $child if $child;
};

# Whoever reads the line may send a signal before the child has become the program: it must neither
# be taken for one to us, nor be lost.
my $term = POSIX::SigSet->new(POSIX::SIGTERM());
until ($stopping) {
    POSIX::sigprocmask(POSIX::SIG_BLOCK(), $term);
    $child = fork // die "fork: $!";
    if (!$child) {
        $SIG{TERM} = 'DEFAULT';
        POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $term);
        POSIX::dup2(fileno $listener, 0);
        exec $program or POSIX::_exit(127);
    }
    POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $term);
    print "started $child\n";
    1 while waitpid($child, 0) == -1 && $!{EINTR};
}
