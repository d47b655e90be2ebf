#include "_cgo_export.h"

static int64_t read_from_go(void *user, void *buffer, size_t size)
{
    return filestackGoRead((uintptr_t)user, buffer, size);
}

static int64_t size_from_go(void *user)
{
    return filestackGoSize((uintptr_t)user);
}

static int64_t write_to_go(void *user, const void *data, size_t size)
{
    return filestackGoWrite((uintptr_t)user, (void *)data, size);
}

static void forget(void *user)
{
    filestackGoForget((uintptr_t)user);
}

filestack_status filestack_go_source(uintptr_t handle, filestack_source **out_source, filestack_error **error)
{
    filestack_reader reader = FILESTACK_READER_INIT;

    reader.read = read_from_go;
    reader.size = size_from_go;
    reader.destroy = forget;
    reader.user = (void *)handle;
    return filestack_source_from_reader(&reader, out_source, error);
}

filestack_status filestack_go_sink(uintptr_t handle, filestack_sink **out_sink, filestack_error **error)
{
    filestack_writer writer = FILESTACK_WRITER_INIT;

    writer.write = write_to_go;
    writer.destroy = forget;
    writer.user = (void *)handle;
    return filestack_sink_from_writer(&writer, out_sink, error);
}
