#ifndef DIALPAD_PROGRAM_PATH_H
#define DIALPAD_PROGRAM_PATH_H

/*
 * A path that was compiled in, where it may begin with "$ORIGIN": the folder of the running
 * program, as the dynamic linker has it. So a bundle works in whatever folder it was unpacked.
 * NULL: no memory, or the program can't tell where it is. The caller frees the result.
 */
char *program_path(const char *path);

#endif
