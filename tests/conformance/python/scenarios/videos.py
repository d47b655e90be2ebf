"""`av_convert`: jobs that are watched until they are done."""

import inspect

import samples
from harness import Failure, check, equal, refused, scenario

from filestack import Filelink

# Enough for any number of polls that the service is likely to be told.
POLLS = 50

EVERY_PARAMETER = {
    'preset': 'webm', 'force': False, 'title': 'Title', 'extname': 'webm', 'filename': 'converted.webm', 'width': 320,
    'height': 240, 'upscale': False, 'aspect_mode': 'pad', 'two_pass': True, 'video_bitrate': 500, 'fps': 25,
    'keyframe_interval': 250, 'location': 'S3', 'watermark_top': 1, 'watermark_bottom': 2, 'watermark_right': 3,
    'watermark_left': 4, 'watermark_width': 20, 'watermark_height': 10, 'path': 'exact.webm', 'access': 'public',
    'container': 'a-container', 'audio_bitrate': 128, 'audio_sample_rate': 44100, 'audio_channels': 2,
    'clip_length': '00:00:02', 'clip_offset': '00:00:01',
}


def finished(job):
    """Asks until the job has ended and returns all that it has said."""
    statuses = []
    while not statuses or statuses[-1] not in ('completed', 'failed'):
        check(len(statuses) < POLLS, f'after {POLLS} polls still {statuses[-1:]}')
        statuses.append(job.status)
    return statuses


@scenario('open', 'av_convert to a filelink')
def convert(context):
    source = context.stored(samples.content(20_000), 'film.mp4')
    job = source.av_convert(preset='webm', width=320, height=240)
    check(job.uuid and job.timestamp, 'a job without uuid and timestamp')
    statuses = finished(job)
    equal(statuses[-1], 'completed', 'the end of the job')
    check(set(statuses[:-1]) <= {'started', 'pending'}, f'the job went through {statuses}')
    filelink = job.to_filelink()
    content = context.service.content(filelink.handle)
    check(content, 'the result is empty')
    context.arrived(filelink, content)
    equal(context.service.metadata(filelink.handle, 'mimetype'), {'mimetype': 'video/webm'}, 'the type of the result')
    return 'polled to completed, the result is a file of its own'


@scenario('open', 'av_convert with every parameter')
def parameters(context):
    # By its handle, and a path without slashes: the SDK quotes neither.
    watermark = context.stored(samples.picture(20, 10), 'mark.png')
    given = {**EVERY_PARAMETER, 'watermark_url': watermark.handle}
    equal(set(given), set(inspect.signature(Filelink.av_convert).parameters) - {'self'}, 'the parameters of av_convert')
    job = context.stored(samples.content(3000), 'film.mp4').av_convert(**given)
    equal(finished(job)[-1], 'completed', 'the end of the job')
    handle = job.to_filelink().handle
    equal(context.service.metadata(handle, 'filename', 'container', 'path'),
          {'filename': 'converted.webm', 'container': 'a-container', 'path': 'exact.webm'}, 'the metadata')
    return f'{len(given)} parameters; name, container and path looked up'


@scenario('open', 'av_convert that fails')
def failing(context):
    job = context.stored(samples.content(100), 'fail.mp4').av_convert(preset='h264')
    equal(finished(job)[-1], 'failed', 'the end of the job')
    try:
        job.to_filelink()
    except Exception as error:
        check('not complete' in str(error), f'to_filelink says {error}')
        return 'polled to failed'
    raise Failure('a failed job has a filelink')


@scenario('secured', 'av_convert of a secured file')
def secured(context):
    refused('policy error', context.stored(b'abc', 'film.mp4').av_convert, preset='h264')
    return 'refused: the SDK does not sign it'
