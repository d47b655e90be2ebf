/*
 * Converting audio and video: a job at the service that takes its time.
 */
#include "example.h"

int main(int argc, char **argv)
{
    filestack_error *error = NULL;
    filestack_security *security = example_security(&error);
    filestack_client *client = NULL;
    filestack_filelink *original = NULL, *converted = NULL;
    filestack_transformation *transformation = NULL;
    filestack_av_job *job = NULL;
    filestack_param preset = {0};
    char *url = NULL;

    if (security == NULL || (client = example_client(security, &error)) == NULL)
        goto done;
    if (filestack_client_upload_path(client, argc > 1 ? argv[1] : "clip.mov", NULL, &original, &error) != FILESTACK_OK
        || filestack_filelink_transform(original, &transformation, &error) != FILESTACK_OK)
        goto done;

    /* Starting returns at once, with the job's id. */
    preset.name = "preset";
    preset.kind = FILESTACK_PARAM_STRING;
    preset.p = "h264";
    preset.len = FILESTACK_NUL_TERMINATED;
    if (filestack_transformation_av_convert(transformation, &preset, 1, NULL, &job, &error) != FILESTACK_OK)
        goto done;
    printf("started:   %s\n", filestack_av_job_uuid(job));

    /* Waits up to ten minutes. A program with other things to do asks filestack_av_job_status now and then. */
    if (filestack_av_job_wait(job, 600000, NULL, &error) != FILESTACK_OK
        || filestack_av_job_filelink(job, &converted, &error) != FILESTACK_OK
        || filestack_filelink_url(converted, &url, &error) != FILESTACK_OK)
        goto done;
    printf("converted: %s\n", url);

done:
    filestack_string_free(url);
    filestack_av_job_release(job);
    filestack_transformation_free(transformation);
    filestack_filelink_release(converted);
    filestack_filelink_release(original);
    filestack_client_release(client);
    filestack_security_release(security);
    return example_finish(error);
}
